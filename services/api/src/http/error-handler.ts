import type { ErrorRequestHandler } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { QueryRefusedError } from '@paylog/shared/errors/query-refused-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Logger } from '@paylog/shared/ports/logger';
import { ClientGoneError } from './client-gone-error.ts';
import { logFieldsOf } from './request-trace.ts';
import { sendProblem } from './send.ts';

/** The last handler: every error becomes a problem document. What nobody foresaw is logged with its stack and told as 500. */
export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (error instanceof ClientGoneError || response.destroyed) return;
    const problem = toProblem(error);
    if (problem.code === 'internal') {
      logger.error('Request failed', {
        method: request.method,
        route: request.baseUrl,
        ...logFieldsOf(response),
        error,
      });
    }
    // The rest of an answer that has begun cannot be saved; closing tells the client that it is not complete.
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem);
  };
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreUnavailableError) return storeProblem(error);
  if (error instanceof QueryRefusedError) {
    return new ProblemError('invalid_query', error.message, { field: 'query', cause: error });
  }
  if (error instanceof URIError) {
    return new ProblemError('invalid_parameter', 'the path is not valid percent-encoded UTF-8', {
      field: 'path',
      cause: error,
    });
  }
  return bodyProblem(error) ?? new ProblemError('internal', 'the request could not be completed', { cause: error });
}

function storeProblem(error: StoreUnavailableError): ProblemError {
  const detail = error.code === 'store_timeout' ? 'the store did not answer in time' : 'the store does not answer';
  return new ProblemError(error.code, detail, { cause: error });
}

/** Errors of express's body parsers carry a `type` (https://github.com/expressjs/body-parser#errors). */
function bodyProblem(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined;
  // zlib's own errors have a code and no type.
  if (
    'code' in error &&
    typeof error.code === 'string' &&
    /^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_PADDING)/.test(error.code)
  ) {
    return new ProblemError('malformed_body', 'the body is not compressed as Content-Encoding says', { cause: error });
  }
  switch ('type' in error ? error.type : undefined) {
    case 'entity.too.large':
      return new ProblemError('body_too_large', 'the body is larger than this route takes', { cause: error });
    case 'encoding.unsupported':
      return new ProblemError('unsupported_encoding', 'send gzip, deflate, br or no content encoding', {
        cause: error,
      });
    case 'request.aborted':
    case 'request.size.invalid':
    case 'stream.encoding.set':
      return new ProblemError('malformed_body', 'the body ended before its announced length', { cause: error });
    default:
      return undefined;
  }
}
