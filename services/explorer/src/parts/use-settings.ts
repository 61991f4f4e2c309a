import { useEffect, useState } from 'preact/hooks';
import { getSettings } from '../api-client.ts';
import type { ServerSettings } from '../api-types.ts';

let asked: Promise<ServerSettings | undefined> | undefined;

/** What the server tells its pages, asked for once; undefined until it is known, and when it cannot be. */
export function useSettings(): ServerSettings | undefined {
  const [settings, setSettings] = useState<ServerSettings>();
  useEffect(() => {
    asked ??= getSettings().catch(() => {
      asked = undefined;
      return undefined;
    });
    let isShown = true;
    void asked.then((value) => {
      if (isShown) setSettings(value);
    });
    return () => {
      isShown = false;
    };
  }, []);
  return settings;
}
