import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Complaints } from '../../use/complaints.ts';
import type { Use } from '../../use/uses.ts';
import { breaks, type Judges, surprises } from './judgement.ts';

/** Changes of types as a whole: what there is, what is behind an interface or a union, which values an enum has. */
export const typeJudges: Judges = {
  TYPE_REMOVED({ removedTypeName: subject }, { uses }) {
    const used = uses.of(subject);
    return {
      rule: 'type-removed',
      verdict: breaks(used),
      subject,
      uses: used,
      consequence: 'operations that name it, or select a field that answers it, are refused',
      remedy: 'Deprecate the fields that answer it or take it, and remove both once no operation uses them.',
    };
  },
  TYPE_ADDED: ({ addedTypeName: subject }) => ({ rule: 'type-added', verdict: 'safe', subject, uses: [] }),
  TYPE_KIND_CHANGED({ typeName: subject, oldTypeKind, newTypeKind }, { uses }) {
    const used = uses.of(subject);
    return {
      rule: 'type-kind-changed',
      verdict: breaks(used),
      subject,
      uses: used,
      consequence: `what was of kind ${oldTypeKind} is now ${newTypeKind}`,
      remedy: 'Add a type of another name, and fields that answer it beside the old ones.',
    };
  },
  ENUM_VALUE_REMOVED({ enumName, removedEnumValueName }, { before, uses }) {
    const subject = `${enumName}.${removedEnumValueName}`;
    if (isTaken(before, enumName)) {
      const given = uses.of(subject);
      return {
        rule: 'enum-value-removed',
        verdict: breaks(given),
        subject,
        uses: given,
        consequence: 'whoever gives it, in the document or in a variable, is refused',
        remedy: 'Go on taking the value, mark it `@deprecated`, and remove it once nobody gives it.',
      };
    }
    const read = uses.of(enumName, 'selected');
    return {
      rule: 'enum-value-retired',
      verdict: surprises(read),
      subject,
      uses: read,
      consequence: 'the graph never answers it again; nobody sends it, so no request is refused',
      remedy: 'Say it in the changelog, so that clients drop what they do for it.',
    };
  },
  ENUM_VALUE_ADDED({ enumName, addedEnumValueName, addedToNewType }, { uses }) {
    if (addedToNewType) return undefined;
    const read = uses.of(enumName, 'selected');
    return {
      rule: 'enum-value-added',
      verdict: surprises(read),
      subject: `${enumName}.${addedEnumValueName}`,
      uses: read,
      consequence: 'clients that tell the values apart may meet one that they do not know',
      remedy: 'Make sure that clients have a default case before the value is answered.',
    };
  },
  UNION_MEMBER_REMOVED({ unionName, removedUnionMemberTypeName: member }, { uses, complaints }) {
    const hurt = concerned(complaints, uses.of(member, 'condition'), uses.of(unionName));
    return {
      rule: 'union-member-removed',
      verdict: breaks(hurt),
      subject: unionName,
      uses: hurt,
      consequence: `fragments on ${member} match nothing, and validation refuses them`,
      remedy: `Stop answering ${member} first, and remove it from the union once no operation has a fragment on it.`,
    };
  },
  UNION_MEMBER_ADDED: ({ unionName, addedToNewType, addedUnionMemberTypeName: member }, { uses }) =>
    addedToNewType ? undefined : arrives('union-member-added', unionName, member, uses.of(unionName, 'selected')),
  OBJECT_TYPE_INTERFACE_ADDED: ({ objectTypeName, addedInterfaceName, addedToNewType }, { uses }) =>
    addedToNewType
      ? undefined
      : arrives('interface-added', addedInterfaceName, objectTypeName, uses.of(addedInterfaceName, 'selected')),
  OBJECT_TYPE_INTERFACE_REMOVED({ objectTypeName, removedInterfaceName }, { uses, complaints }) {
    const hurt = concerned(complaints, uses.of(objectTypeName, 'condition'), uses.of(removedInterfaceName));
    return {
      rule: 'interface-removed',
      verdict: breaks(hurt),
      subject: objectTypeName,
      uses: hurt,
      consequence: `fragments that meet it as ${removedInterfaceName} match nothing`,
      remedy: 'Rewrite the fragments that rely on it first.',
    };
  },
};

/** The fragments that are refused or, in operations whose fragments stand elsewhere, the fields that spread them. */
function concerned(complaints: Complaints, fragments: readonly Use[], fields: readonly Use[]): Use[] {
  const refused = fragments.filter((use) => complaints.concern(use));
  const told = new Set(refused.map(({ operation }) => operation));
  return [...refused, ...fields.filter((use) => !told.has(use.operation) && complaints.concern(use))];
}

function arrives(rule: string, subject: string, member: string, read: readonly Use[]) {
  return {
    rule,
    verdict: surprises(read),
    subject,
    uses: read,
    consequence: `clients may meet a ${member} where they do not expect one`,
    remedy: 'Make sure that clients have a default case before it is answered.',
  };
}

/** Whether an enum stands anywhere in what the schema takes: an argument, or a field of an input. */
function isTaken(schema: GraphQLSchema, enumName: string): boolean {
  return Object.values(schema.getTypeMap()).some((type) => {
    if (type.name.startsWith('__') || isEnumType(type)) return false;
    const inputs = isInputObjectType(type)
      ? Object.values(type.getFields())
      : isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).flatMap(({ args }) => args)
        : [];
    return inputs.some((each) => getNamedType(each.type).name === enumName);
  });
}
