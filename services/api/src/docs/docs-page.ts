/** The page of the API's documentation. Scripts and styles are files of this server: its policy allows no inline ones. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay Log Aggregator API</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/init.js"></script>
</body>
</html>
`;

/** Starts Swagger UI on the document of this server; no validator service, nothing from elsewhere. */
export const INIT_SCRIPT = `window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** Style of the page of errors. */
export const ERROR_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; background: #fff; margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid #d9dce3; }
code { font-size: 0.9em; }
tr:target { background: #fff3c4; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e8ee; background: #14161c; }
  th, td { border-color: #363b48; }
  tr:target { background: #4a3f14; }
  a { color: #8ab4ff; }
}
`;
