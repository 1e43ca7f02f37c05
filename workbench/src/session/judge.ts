/** Whether a draft fits its operation: the payload its schema, the address' places filled, headers that can travel. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Draft, Finding } from "../protocol.ts";
import type { Channel, JsonSchema, Operation } from "../topology.ts";
import { fill } from "./addresses.ts";

/** More than a person reads. */
const MOST = 50;

export function judgeDraft(
  draft: Draft,
  operation: Operation,
  channel: Channel,
): readonly Finding[] {
  const address =
    channel.address === null
      ? noAddress(channel)
      : fill({ ...channel, address: channel.address }, draft.params);
  return [
    ...judgePayload(draft.payload, operation),
    ...("findings" in address ? address.findings : []),
    ...judgeHeaders(draft.headers),
  ].slice(0, MOST);
}

function noAddress(channel: Channel): { findings: readonly Finding[] } {
  const message = `the address is only known when the code runs (${channel.expression ?? "an expression"})`;
  return { findings: [{ pointer: "params", message }] };
}

function judgePayload(payload: string, { message }: Operation): readonly Finding[] {
  if (!message.known) return [];
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch (error) {
    return [
      {
        pointer: "",
        message: `not JSON: ${error instanceof Error ? error.message : String(error)}`,
      },
    ];
  }
  const validate = validatorFor(message.schema);
  if (typeof validate === "string") return [{ pointer: "", message: validate }];
  if (validate(value)) return [];
  return (validate.errors ?? []).filter(isTelling).map(describe);
}

const validators = new WeakMap<JsonSchema, ValidateFunction | string>();

/** An Ajv of its own for each schema: two schemas of a workspace may have the same `$id`. */
function validatorFor(schema: JsonSchema): ValidateFunction | string {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  let made: ValidateFunction | string;
  try {
    // Multiples of 0.01 are not exact in binary; schema libraries allow for that, too.
    const ajv = new Ajv2020({
      allErrors: true,
      strict: false,
      logger: false,
      multipleOfPrecision: 6,
    });
    addFormats.default(ajv);
    made = ajv.compile(schema);
  } catch (error) {
    made = `the schema cannot be used for checking: ${error instanceof Error ? error.message : String(error)}`;
  }
  validators.set(schema, made);
  return made;
}

/** `if`, `anyOf` and their kind repeat what their branches say; alone they would say nothing. */
function isTelling(error: ErrorObject, _index: number, all: readonly ErrorObject[]): boolean {
  return !["if", "anyOf", "oneOf", "allOf"].includes(error.keyword) || all.length === 1;
}

function describe(error: ErrorObject): Finding {
  const { params } = error as { params: Record<string, unknown> };
  switch (error.keyword) {
    case "required":
      return {
        pointer: `${error.instancePath}/${escape(String(params["missingProperty"]))}`,
        message: "is missing",
      };
    case "additionalProperties":
    case "unevaluatedProperties": {
      const name = String(params["additionalProperty"] ?? params["unevaluatedProperty"]);
      return { pointer: `${error.instancePath}/${escape(name)}`, message: "is not in the schema" };
    }
    case "enum":
      return {
        pointer: error.instancePath,
        message: `must be one of ${JSON.stringify(params["allowedValues"])}`,
      };
    case "const":
      return {
        pointer: error.instancePath,
        message: `must be ${JSON.stringify(params["allowedValue"])}`,
      };
    default:
      return { pointer: error.instancePath, message: error.message ?? "does not fit" };
  }
}

/** RFC 6901: `~` and `/` in a name. */
function escape(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

// RFC 9110 §5.6.2 for names, which NATS and MQTT bridges keep to; a line break in a value would begin another header.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function judgeHeaders(headers: Draft["headers"]): readonly Finding[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!TOKEN.test(name))
      return {
        pointer: `headers/${name}`,
        message: "is no name for a header: letters, digits and -_.",
      };
    if (/[\r\n\0]/.test(value))
      return { pointer: `headers/${name}`, message: "cannot contain line breaks" };
    return [];
  });
}
