import assert from 'node:assert/strict';
import { it } from 'mocha';
import { describeClient, expectExactlyOnce, messagesOf, newMarker } from './harness.ts';
import { needsProgram } from './needs.ts';
import { runProgram } from './program.ts';

const COUNT = 10_000;

describeClient(
  'curl',
  (here) => {
    it('10,000 records sent twice, all found, none twice; the answer names the one that was refused', async () => {
      const marker = newMarker();
      const lines = messagesOf(marker, COUNT).map((message) => JSON.stringify({ service: 'curl', message }));
      lines[5000] = JSON.stringify({ service: 'curl', message: `${marker} at noon`, timestamp: 'noon' });
      lines.push(JSON.stringify({ service: 'curl', message: `${marker} 5000` }));
      const send = async (from: number, to: number): Promise<unknown> => {
        const headers = ['Content-Type: application/x-ndjson', `Idempotency-Key: ${marker}-${from}`];
        const args = headers.flatMap((header) => ['-H', header]);
        const input = lines.slice(from, to).join('\n');
        args.push('-s', `${here().url}/api/v1/logs`, '--data-binary', '@-');
        const answer = await runProgram('curl', args, { input });
        return JSON.parse(answer) as unknown;
      };
      const first = (await send(0, 6000)) as { accepted: number; rejected: number; errors: unknown[] };
      assert.deepEqual([first.accepted, first.rejected], [5999, 1]);
      assert.deepEqual(
        first.errors.map((error) => {
          const { index, code, field } = error as { index: number; code: string; field: string };
          return [index, code, field];
        }),
        [[5000, 'invalid_timestamp', 'timestamp']],
      );
      await send(6000, COUNT + 1);
      // As after an answer that never came.
      await send(0, 6000);
      await expectExactlyOnce(here(), marker, COUNT);
    });
  },
  { needs: needsProgram('curl', ['--version'], 'apt-get install curl') },
);
