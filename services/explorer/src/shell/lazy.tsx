import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import type { LoadView, ViewProps } from '../view.ts';

interface LazyProps extends ViewProps {
  readonly load: LoadView;
  /** Shows nothing until it is there. */
  readonly quiet?: boolean;
}

/** Shows a part whose code is loaded when it is first needed. */
export function Lazy({ load, id, quiet = false }: LazyProps) {
  const [loaded, setLoaded] = useState<{ readonly load: LoadView; readonly part: ComponentType<ViewProps> }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    load().then(
      (part) => wanted && setLoaded({ load, part }),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [load]);
  if (failed) {
    return (
      <p role="alert" class="notice notice-error">
        This part of the page could not be loaded. The server may have been updated: reload the page.
      </p>
    );
  }
  if (loaded?.load !== load) return quiet ? null : <p class="notice">Loading ...</p>;
  const Part = loaded.part;
  return <Part id={id} />;
}
