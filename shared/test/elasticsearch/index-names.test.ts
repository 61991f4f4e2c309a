import assert from 'node:assert/strict';
import { IndexNames, parseIndexName } from '../../src/elasticsearch/index-names.ts';

describe('index names', () => {
  const names = new IndexNames('logs', 400, 2);
  const nameFor = (day: string, receivedDay: string, dataSet = 'main'): unknown =>
    names.nameFor(dataSet, `${day}T23:59:59.999999999Z`, `${receivedDay}T00:00:00.000Z`);

  it('name the data set and the day of the event', () => {
    assert.equal(nameFor('2026-11-20', '2026-11-20'), 'logs-main-2026.11.20');
    assert.equal(nameFor('2026-11-19', '2026-11-20', 'acme-prod.eu_1'), 'logs-acme-prod.eu_1-2026.11.19');
  });

  it('fall back to the day of receipt outside the window, seen from the day of receipt', () => {
    assert.equal(nameFor('2026-11-22', '2026-11-20'), 'logs-main-2026.11.22');
    assert.equal(nameFor('2026-11-23', '2026-11-20'), 'logs-main-2026.11.20');
    assert.equal(nameFor('2025-10-16', '2026-11-20'), 'logs-main-2025.10.16');
    assert.equal(nameFor('2025-10-15', '2026-11-20'), 'logs-main-2026.11.20');
    assert.equal(nameFor('1970-01-01', '1970-01-02'), 'logs-main-1970.01.01');
  });

  it('are refused for data sets and days that could be read as something else', () => {
    for (const dataSet of ['', '*', 'A', 'a,b', '../x', '-a', '_a', 'a b', 'a'.repeat(101)]) {
      const refused = nameFor('2026-11-20', '2026-11-20', dataSet) as { readonly type: string };
      assert.equal(refused.type, 'invalid_data_set', dataSet);
    }
    for (const day of ['2026-13-01', '*-11-20', '']) {
      assert.equal((nameFor(day, '2026-11-20') as { readonly type: string }).type, 'invalid_timestamp', day);
    }
  });

  it('stay right when there are more than the cache holds', () => {
    for (let n = 0; n < 10_050; n += 1)
      assert.equal(nameFor('2026-11-20', '2026-11-20', `d${n}`), `logs-d${n}-2026.11.20`);
    assert.equal(nameFor('2026-11-20', '2026-11-20', 'd0'), 'logs-d0-2026.11.20');
  });

  it('are read back, and other names are not', () => {
    assert.deepEqual(parseIndexName('logs', 'logs-acme-prod-2026.11.20'), { dataSet: 'acme-prod', day: 20_777 });
    const others = [
      'logs-2026.11.20',
      'logs-main-2026.11.20-000001',
      'logs-main-2026.13.01',
      'logs-main-2026.02.30x',
      'logs-Main-2026.11.20',
      'xlogs-main-2026.11.20',
      '.ds-logs-main-2026.11.20',
      'logs--2026.11.20',
    ];
    for (const name of others) assert.equal(parseIndexName('logs', name), undefined, name);
  });
});
