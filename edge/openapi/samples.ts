/**
 * @file Code samples of requests in curl, JavaScript (Node) and Python. `$ORIGIN` in their URLs is a placeholder, which the API
 * reference replaces with its own address; other variables are read from the environment.
 */
import { ORIGIN } from '../api/service/origin.ts';
import type { CodeSample } from './openapi.ts';

/** A JSON body: the argument of `--json` in curl, of `JSON.stringify` and of `json=` in Python. */
interface JsonBody {
  shell: string;
  javascript: string;
  python: string;
}

export interface SampleRequest {
  method: 'GET' | 'POST';
  /** Path and query. Names such as `$VERSION` are read from the environment. */
  path: string;
  /** Whether the request carries an API key. */
  hasKey?: boolean;
  /** A JSON text, or the name of a file to upload as it is or in the field `image` of a form. */
  body?: { json: JsonBody } | { file: string } | { form: string };
  /** Method that reads the body of the response, or the name of a file to store it in. */
  result?: 'json' | 'text' | { file: string };
}

type Body = NonNullable<SampleRequest['body']>;

/** Returns the request in all three languages. */
export function codeSamples(request: SampleRequest): CodeSample[] {
  return [
    { lang: 'Shell', source: shell(request) },
    { lang: 'JavaScript', source: javascript(request) },
    { lang: 'Python', source: python(request) },
  ];
}

function shell({ path, hasKey, body, result }: SampleRequest): string {
  const options = [
    hasKey && '-H "authorization: Bearer $API_KEY"',
    body && shellBody(body),
    typeof result === 'object' && `--output ${result.file}`,
    `"${ORIGIN}${path}"`,
  ];
  return `curl ${options.filter(Boolean).join(' \\\n  ')}`;
}

function shellBody(body: Body): string {
  if ('json' in body) return `--json ${body.json.shell}`;
  return 'file' in body ? `--data-binary @${body.file}` : `-F image=@${body.form}`;
}

function javascript(request: SampleRequest): string {
  const { method, path, hasKey, body, result = 'json' } = request;
  const variables = variablesOf(request);
  const isForm = body && 'form' in body;
  const functions = [
    body && !('json' in body) && 'readFile',
    typeof result === 'object' && 'writeFile',
  ].filter(Boolean);
  const headers = [
    hasKey && `authorization: \`Bearer \${API_KEY}\``,
    body && 'json' in body && "'content-type': 'application/json'",
  ].filter(Boolean);
  const options = [
    method === 'POST' && "method: 'POST'",
    headers.length > 0 && `headers: { ${headers.join(', ')} }`,
    body && `body: ${javascriptBody(body)}`,
  ].filter(Boolean);
  const url = VARIABLE.test(path)
    ? `\`${ORIGIN}${path.replaceAll(VARIABLES, (_, name) => `\${${name}}`)}\``
    : `'${ORIGIN}${path}'`;
  return [
    functions.length > 0 && `import { ${functions.join(', ')} } from 'node:fs/promises';\n\n`,
    variables.length > 0 && `const { ${variables.join(', ')} } = process.env;\n\n`,
    isForm &&
      `const form = new FormData();\nform.set('image', new File([await readFile('${body.form}')], '${body.form}'));\n`,
    `const response = await fetch(${url}${options.length > 0 ? `, {\n${indented(options, '  ')}}` : ''});\n`,
    typeof result === 'object'
      ? `await writeFile('${result.file}', response.body);`
      : `console.log(await response.${result}());`,
  ]
    .filter(Boolean)
    .join('');
}

function javascriptBody(body: Body): string {
  if ('json' in body) return `JSON.stringify(${body.json.javascript})`;
  return 'file' in body ? `await readFile('${body.file}')` : 'form';
}

function python(request: SampleRequest): string {
  const { method, path, hasKey, body, result = 'json' } = request;
  const variables = variablesOf(request);
  const url = `${VARIABLE.test(path) ? 'f' : ''}"${ORIGIN}${path.replaceAll(VARIABLES, '{$1}')}"`;
  const options = [
    hasKey && 'headers={"Authorization": f"Bearer {API_KEY}"}',
    body && pythonBody(body),
  ].filter(Boolean);
  const call = options.length > 0 ? `\n${indented([url, ...options], '    ')}` : url;
  return [
    variables.length > 0 && 'import os\n\n',
    'import requests\n',
    variables.length > 0 && '\n',
    ...variables.map((name) => `${name} = os.environ["${name}"]\n`),
    `\nresponse = requests.${method.toLowerCase()}(${call})\n`,
    typeof result === 'object'
      ? `open("${result.file}", "wb").write(response.content)`
      : `print(response.${result === 'json' ? 'json()' : 'text'})`,
  ]
    .filter(Boolean)
    .join('');
}

function pythonBody(body: Body): string {
  if ('json' in body) return `json=${body.json.python}`;
  return 'file' in body ? `data=open("${body.file}", "rb")` : `files={"image": open("${body.form}", "rb")}`;
}

const VARIABLE = /\$([A-Z_]+)/;
const VARIABLES = new RegExp(VARIABLE, 'g');

/** Names of the environment variables that a sample reads. */
function variablesOf({ path, hasKey }: SampleRequest): string[] {
  const names = [...path.matchAll(VARIABLES)].map(([, name = '']) => name);
  return hasKey ? [...names, 'API_KEY'] : names;
}

const indented = (lines: unknown[], indent: string): string =>
  lines.map((line) => `${indent}${line},\n`).join('');
