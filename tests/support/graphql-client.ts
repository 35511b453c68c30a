/** An error as it stands in a response. */
export interface Fault {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string; retryAfterMs?: number };
}

/** A GraphQL response with the HTTP around it. */
export interface Answer<Data> {
  status: number;
  headers: Headers;
  data: Data | null | undefined;
  errors: Fault[];
  /** The body as it came. */
  text: string;
}

/** POSTs whatever body to an address and reads the answer as GraphQL. */
export async function post<Data>(
  url: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer> | FormData,
): Promise<Answer<Data>> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...read<Data>(text) };
}

/** POSTs a GraphQL request as JSON. */
export function send<Data>(
  url: string,
  headers: Record<string, string>,
  query: string,
  variables: object = {},
): Promise<Answer<Data>> {
  return post<Data>(url, { 'content-type': 'application/json', ...headers }, JSON.stringify({ query, variables }));
}

/** The data of an answer that must be whole; what is wrong with it otherwise. */
export function dataOf<Data>(answer: Answer<Data>): Data {
  if (answer.errors.length > 0 || answer.data == null) throw new Error(`HTTP ${answer.status}: ${answer.text}`);
  return answer.data;
}

function read<Data>(text: string): Pick<Answer<Data>, 'data' | 'errors'> {
  try {
    const { data, errors = [] } = JSON.parse(text) as { data?: Data | null; errors?: Fault[] };
    return { data, errors };
  } catch {
    return { data: undefined, errors: [] };
  }
}
