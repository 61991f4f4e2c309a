/**
 * The media type of a `Content-Type` header in lower case, without its parameters; empty when it names a charset other than UTF-8
 * (RFC 8259 knows no other for JSON).
 */
export function mediaTypeOf(header: string | undefined): string {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset) ? type.trim() : '';
}
