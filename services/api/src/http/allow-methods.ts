import type { RequestHandler } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';

/** Handler for the methods that a path does not have: OPTIONS is told which there are, all others get 405. Both carry Allow. */
export function allowMethods(...methods: readonly string[]): RequestHandler {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    response.setHeader('allow', allow);
    if (request.method !== 'OPTIONS') throw new ProblemError('method_not_allowed', `this path allows ${allow}`);
    response.writeHead(204);
    response.end();
  };
}

/** Handler after all routes. */
export const notFound: RequestHandler = () => {
  throw new ProblemError('not_found', 'there is no such path; /docs lists all there are');
};
