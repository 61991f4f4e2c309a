#!/usr/bin/env node
// A file of its own, because npm links it before anything is compiled.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('paylog: not built yet; run "npm run build" at the top of the checkout');
  process.exitCode = 2;
}
