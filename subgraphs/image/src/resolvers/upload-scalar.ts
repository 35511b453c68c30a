import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLUpload } from 'graphql-upload-ts';

/**
 * The Upload scalar of graphql-upload-ts. What is no file is refused without a code of that library's own, so that
 * the server gives it the one of the closed list: BAD_USER_INPUT for a variable, GRAPHQL_VALIDATION_FAILED for a literal.
 */
export const Upload = new GraphQLScalarType({
  ...GraphQLUpload.toConfig(),
  parseValue(value) {
    try {
      return GraphQLUpload.parseValue(value);
    } catch {
      throw notAFile();
    }
  },
  parseLiteral() {
    throw notAFile();
  },
});

function notAFile(): GraphQLError {
  return new GraphQLError('A file is sent as a variable of a multipart request, as the multipart request spec says.');
}
