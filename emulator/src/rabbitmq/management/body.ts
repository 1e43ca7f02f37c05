/** JSON of requests, and the values in it that RabbitMQ takes in several forms. */
import { badRequest } from "./answer.ts";

/** An empty body and null are objects without fields. @throws {ApiError} 400 */
export function readBody(body: Buffer): Readonly<Record<string, unknown>> {
  const text = body.toString();
  if (text === "" || text === "undefined") return {};
  const value = parse(text);
  if (isObject(value)) return value;
  if (value === null || typeof value === "boolean") return {};
  if (typeof value === "string")
    throw badRequest(
      "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?",
    );
  throw badRequest("not_json");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws {ApiError} 400 */
export function readBoolean(value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw badRequest(["not_boolean", value]);
}

/** @throws {ApiError} 400 */
export function readInteger(value: unknown): number {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "string" && /^[+-]?\d+$/.test(value)) return Number(value);
  throw badRequest(["not_integer", value]);
}

/** @throws {ApiError} 400 */
export function readText(value: unknown, name: string): string {
  if (typeof value !== "string") throw badRequest(["not_string", name]);
  return value;
}

/** @throws {ApiError} 400 */
export function readBase64(value: string): Buffer {
  const read = Buffer.from(value, "base64");
  const plain = (text: string) => text.replace(/[\s=]/g, "");
  if (plain(read.toString("base64")) !== plain(value)) throw badRequest(["not_base64", value]);
  return read;
}

/** A text as it is; anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Tags: a list, or words with commas between. */
export function readTags(value: unknown): readonly string[] {
  const words = Array.isArray(value) ? value.map(asText) : asText(value).split(",");
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("not_json");
  }
}
