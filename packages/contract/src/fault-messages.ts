import { pointerTo } from './pointer.ts';
import { explanationOf } from './schemas/explained-pattern.ts';

/** One fault of a request: where it is (a JSON pointer, RFC 6901) and what is wrong with it. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** A fault as the validator reports it. */
export interface CheckError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** The faults of a value, each a sentence that its client can act on: a choice is one fault that names all values. */
export function faultsFrom(errors: readonly CheckError[]): Fault[] {
  const plain = errors.filter((error) => choiceOf(error) === undefined);
  const faults = plain.flatMap((error) => {
    if (error.keyword === 'anyOf') return choiceFaults(error, errors);
    return isSaidByConstant(error, plain) ? [] : describe(error);
  });
  const [first] = errors;
  if (faults.length > 0 || first === undefined) return faults;
  return [{ pointer: first.instancePath, message: 'is none of the allowed values' }];
}

/**
 * The place in the schema of the choice that an error is a branch of. The validator reports a choice after its
 * branches, and omits the last choice if there are too many errors.
 */
function choiceOf({ schemaPath }: CheckError): string | undefined {
  const at = schemaPath.indexOf('/anyOf/');
  return at === -1 ? undefined : schemaPath.slice(0, at);
}

/** A value of another type than the one that is allowed has two faults: the fault of the constant is more helpful. */
function isSaidByConstant({ keyword, schemaPath }: CheckError, errors: readonly CheckError[]): boolean {
  return (
    keyword === 'type' &&
    errors.some((other) => constants.has(other.keyword) && other.schemaPath === schemaPath)
  );
}

const constants: ReadonlySet<string> = new Set(['const', 'enum']);
const mustBe = 'must be ';

function choiceFaults(choice: CheckError, errors: readonly CheckError[]): Fault[] {
  const branches = new Map<string, CheckError>();
  for (const error of errors) {
    if (choiceOf(error) !== choice.schemaPath || !error.instancePath.startsWith(choice.instancePath))
      continue;
    const known = branches.get(error.schemaPath);
    if (known === undefined || telling(error) > telling(known)) branches.set(error.schemaPath, error);
  }
  const deeper = [...branches.values()].filter(({ instancePath }) => instancePath !== choice.instancePath);
  if (deeper.length > 0) return deeper.flatMap(describe);
  const messages = [...new Set([...branches.values()].flatMap(describe).map(({ message }) => message))];
  const message = messages.every((one) => one.startsWith(mustBe))
    ? mustBe + alternatives(messages.map((one) => one.slice(mustBe.length)))
    : alternatives(messages);
  return [{ pointer: choice.instancePath, message }];
}

/** How helpful an error of a branch is to a client: the greatest rank is reported. */
function telling({ keyword }: CheckError): number {
  return ['type', 'pattern', 'const', 'enum'].indexOf(keyword);
}

/** "a", "a or b", "a, b or c". */
function alternatives(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}

function describe(error: CheckError): Fault[] {
  const { keyword, instancePath, params } = error;
  switch (keyword) {
    // Reported a second time, with all names, as 'additionalProperties'.
    case 'boolean':
      return [];
    case 'additionalProperties':
      return list(params, 'additionalProperties').map((name) => ({
        pointer: pointerTo(instancePath, String(name)),
        message: 'is not a member of this request',
      }));
    case 'required':
      return list(params, 'requiredProperties').map((name) => ({
        pointer: pointerTo(instancePath, String(name)),
        message: 'is required',
      }));
    case 'dependentRequired':
      return list(params, 'dependencies').map((name) => ({
        pointer: pointerTo(instancePath, String(name)),
        message: `is required with ${String(Reflect.get(params, 'property'))}`,
      }));
    default:
      return [{ pointer: instancePath, message: messageOf(error) }];
  }
}

function messageOf({ keyword, params, message }: CheckError): string {
  const limit = String(Reflect.get(params, 'limit'));
  switch (keyword) {
    case 'type':
      return mustBe + typeName(Reflect.get(params, 'type'));
    case 'const':
      return mustBe + JSON.stringify(Reflect.get(params, 'allowedValue'));
    case 'enum':
      return mustBe + alternatives(list(params, 'allowedValues').map((value) => JSON.stringify(value)));
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
    case 'minItems':
      return limit === '1' ? 'must not be empty' : message;
    case 'uniqueItems':
      return 'must not contain the same value twice';
    // A client reads a sentence, not a regular expression.
    case 'pattern':
      return explanationOf(Reflect.get(params, 'pattern')) ?? message;
    case 'format':
      return formatMessage(Reflect.get(params, 'format')) ?? message;
    default:
      return message;
  }
}

function typeName(type: unknown): string {
  const name = String(type);
  if (name === 'null') return name;
  return /^[aio]/.test(name) ? `an ${name}` : `a ${name}`;
}

function formatMessage(format: unknown): string | undefined {
  switch (format) {
    case 'date-time':
      return 'must be an existing date and time';
    case 'storable-text':
      return 'must not contain U+0000 or lone surrogates';
    default:
      return undefined;
  }
}

function list(params: object, name: string): readonly unknown[] {
  const value: unknown = Reflect.get(params, name);
  return Array.isArray(value) ? value : [];
}
