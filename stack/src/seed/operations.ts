const userErrors = 'userErrors { code field message }';

/** What the seed wants to know of a user. */
const presentUser = `
  id phoneNumber
  phoneVerification { status }
  avatar { id }
  messages(first: 5, operation: "WELCOME") { edges { node { channel } } }`;

/** Everybody who is there, a hundred at a time. */
export const listUsers = `query SeedListUsers($after: String) {
  users(first: 100, after: $after) { edges { node { ${presentUser} } } pageInfo { hasNextPage endCursor } }
}`;

/** Creates a person. */
export const createUser = `mutation SeedCreateUser($input: CreateUserInput!) {
  createUser(input: $input) { user { id phoneVerification { status } } ${userErrors} }
}`;

/** Proves a number. */
export const verifyPhone = `mutation SeedVerifyPhone($input: VerifyPhoneInput!) {
  verifyPhone(input: $input) { ${userErrors} }
}`;

/** Stores a picture, from a file or from base64. */
export const uploadImage = `mutation SeedUploadImage($input: UploadImageInput!) {
  uploadImage(input: $input) { ${userErrors} }
}`;

/** Sends a message besides those that come by themselves. */
export const sendMessage = `mutation SeedSendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) { ${userErrors} }
}`;
