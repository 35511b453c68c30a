import type { Faker } from '@faker-js/faker';
import type { Sex } from './communities.ts';

// Faker knows Indian names in Latin letters only.
const given: Record<Sex, readonly string[]> = {
  female: 'आशा, सुनीता, प्रिया, कविता, नेहा, मीरा, अंजलि, पूजा, रेखा, सीमा, गीता, दीपिका, श्रुति, किरण, लक्ष्मी'.split(', '),
  male: 'राहुल, अमित, विकास, संजय, राजेश, मनोज, अर्जुन, रोहित, सुरेश, विजय, दीपक, अनिल, मोहन, कृष्ण, हरीश'.split(', '),
};
const family = 'शर्मा, वर्मा, गुप्ता, सिंह, यादव, मिश्रा, तिवारी, पाण्डेय, चौहान, जोशी, त्रिपाठी, अग्रवाल, श्रीवास्तव'.split(', ');

/** A Hindi name in Devanagari. */
export function hindiName({ helpers }: Faker, sex: Sex): string {
  return `${helpers.arrayElement(given[sex])} ${helpers.arrayElement(family)}`;
}
