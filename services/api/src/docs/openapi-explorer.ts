import { problemResponses } from './openapi-problems.ts';

const settingsSchema = {
  type: 'object',
  required: ['version', 'jaeger_ui_url'],
  properties: {
    version: { type: 'string', description: 'Version of the process.' },
    jaeger_ui_url: {
      type: ['string', 'null'],
      description: 'Address of the pages of Jaeger (JAEGER_UI_URL); null: none.',
    },
  },
};

/** The log explorer and what it is told about the server. */
export const EXPLORER_PATHS = {
  '/': {
    get: {
      operationId: 'getExplorer',
      tags: ['Operations'],
      summary: 'The log explorer',
      responses: {
        '200': { description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } },
        ...problemResponses(['not_found', 'internal']),
      },
    },
  },
  '/assets/{file}': {
    get: {
      operationId: 'getExplorerAsset',
      tags: ['Operations'],
      summary: 'Scripts, styles and icons of the log explorer',
      parameters: [
        {
          name: 'file',
          in: 'path',
          required: true,
          description: 'Name of the file; holds a hash of its content.',
          schema: { type: 'string' },
          example: 'index-C0ffee00.js',
        },
      ],
      responses: {
        '200': { description: 'The file', content: { '*/*': { schema: { type: 'string' } } } },
        ...problemResponses(['not_found', 'internal']),
      },
    },
  },
  '/api/v1/settings': {
    get: {
      operationId: 'getSettings',
      tags: ['Operations'],
      summary: 'What the log explorer needs to know of this server',
      responses: {
        '200': {
          description: 'Settings',
          content: {
            'application/json': {
              schema: settingsSchema,
              example: { version: '0.1.0', jaeger_ui_url: 'https://jaeger.example' },
            },
          },
        },
        ...problemResponses(['internal']),
      },
    },
  },
} as const;
