import type { LabelSelector } from './label-selector.ts';

/** Parts of resources that name other resources, as far as the chart uses them. */
export interface Named {
  readonly name: string;
}

export interface SecretKey extends Named {
  readonly key: string;
}

export interface Volume extends Named {
  readonly configMap?: Named;
  readonly secret?: { readonly secretName: string; readonly items: readonly { readonly key: string }[] };
}

export interface Spread {
  readonly labelSelector: LabelSelector;
}

interface HttpProbe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** The probes of a container. */
export interface Probe {
  readonly startupProbe?: HttpProbe;
  readonly livenessProbe?: HttpProbe;
  readonly readinessProbe?: HttpProbe;
}

export interface ServicePort extends Named {
  readonly port: number;
  readonly targetPort: string | number;
}

export interface IngressRule {
  readonly http: {
    readonly paths: readonly {
      readonly backend: { readonly service: Named & { readonly port: Named } };
    }[];
  };
}

export interface RouteRule {
  readonly backendRefs: readonly (Named & { readonly port: number })[];
}

/** Of a ScaledObject. */
export interface Trigger {
  readonly authenticationRef?: Named;
}

/** Of a TriggerAuthentication. */
export interface TriggerVariable extends Named {
  readonly containerName: string;
}
