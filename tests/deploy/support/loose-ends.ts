import { type Container, containersOf, type MadePods, podSpecs, type Resource } from './helm-chart.ts';
import { type LabelSelector, selects } from './label-selector.ts';
import type {
  IngressRule,
  Named,
  Probe,
  RouteRule,
  SecretKey,
  ServicePort,
  Spread,
  Trigger,
  TriggerVariable,
  Volume,
} from './manifest-parts.ts';

/**
 * What resources of a release name and what is not there, one text each: pods of selectors, ports, settings, secrets, accounts, services.
 * Whatever selects pods must select those of the workload of its own name, and no others. `outside` are secrets that others make.
 */
export function looseEnds(resources: readonly Resource[], outside: readonly string[] = []): readonly string[] {
  return new LooseEnds(resources, outside).faults;
}

class LooseEnds {
  readonly faults: string[] = [];
  readonly #resources: readonly Resource[];
  readonly #outside: readonly string[];
  readonly #pods: readonly MadePods[];

  constructor(resources: readonly Resource[], outside: readonly string[]) {
    this.#resources = resources;
    this.#outside = outside;
    this.#pods = podSpecs(resources);
    for (const pods of this.#pods) this.#lookAtPods(pods);
    for (const resource of resources) this.#lookAt(resource);
  }

  #lookAtPods({ owner, spec }: MadePods): void {
    if (spec.serviceAccountName !== undefined) this.#needs(owner, 'ServiceAccount', spec.serviceAccountName);
    const volumes = (spec.volumes ?? []) as readonly Volume[];
    for (const { configMap, secret } of volumes) {
      if (configMap) this.#needs(owner, 'ConfigMap', configMap.name);
      for (const { key } of secret?.items ?? []) this.#needsKey(owner, secret?.secretName, key);
    }
    for (const { labelSelector } of (spec.topologySpreadConstraints ?? []) as readonly Spread[]) {
      this.#needsPods(owner, labelSelector);
    }
    const mountable = new Set(volumes.map(({ name }) => name));
    for (const container of containersOf(spec)) {
      for (const { name } of container.volumeMounts) {
        if (!mountable.has(name)) this.#fault(owner, `there is no volume ${name}`);
      }
      const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
      for (const probe of probes.map((name) => (container as Probe)[name])) {
        if (probe) this.#needsPort(owner, container.ports?.map(({ name }) => name) ?? [], probe.httpGet.port);
      }
      this.#lookAtSettings(owner, container);
    }
  }

  #lookAtSettings(owner: Resource, { env = [], envFrom = [] }: Container): void {
    for (const { configMapRef } of envFrom) this.#needs(owner, 'ConfigMap', configMapRef?.name);
    for (const { name, value = '', valueFrom } of env) {
      const { secretKeyRef } = (valueFrom ?? {}) as { readonly secretKeyRef?: SecretKey };
      if (secretKeyRef) this.#needsKey(owner, secretKeyRef.name, secretKeyRef.key);
      if (!name.endsWith('_URL')) continue;
      const { hostname, port } = new URL(value);
      this.#needsServicePort(owner, hostname, Number(port || '80'));
    }
  }

  #lookAt(resource: Resource): void {
    const { kind, spec } = resource;
    if (['Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(kind))
      this.#needsPods(resource, spec['selector'] as LabelSelector);
    switch (kind) {
      case 'Service': {
        const pods = this.#needsPods(resource, { matchLabels: spec['selector'] as Readonly<Record<string, string>> });
        const open = (pods?.spec.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ name }) => name));
        for (const { targetPort } of spec['ports'] as readonly ServicePort[])
          this.#needsPort(resource, open, targetPort);
        return;
      }
      case 'StatefulSet':
        this.#needs(resource, 'Service', spec['serviceName'] as string);
        return;
      case 'HorizontalPodAutoscaler':
      case 'ScaledObject': {
        const target = spec['scaleTargetRef'] as Named & { readonly kind: string };
        this.#needs(resource, target.kind, target.name);
        for (const { authenticationRef } of (spec['triggers'] as readonly Trigger[] | undefined) ?? []) {
          if (authenticationRef) this.#needs(resource, 'TriggerAuthentication', authenticationRef.name);
        }
        return;
      }
      case 'TriggerAuthentication':
        for (const { name, key } of (spec['secretTargetRef'] as readonly SecretKey[] | undefined) ?? []) {
          this.#needsKey(resource, name, key);
        }
        for (const each of (spec['env'] as readonly TriggerVariable[] | undefined) ?? [])
          this.#needsVariable(resource, each);
        return;
      case 'Ingress':
        for (const { backend } of (spec['rules'] as readonly IngressRule[]).flatMap(({ http }) => http.paths)) {
          this.#needsServicePort(resource, backend.service.name, backend.service.port.name);
        }
        return;
      case 'HTTPRoute':
        for (const { name, port } of (spec['rules'] as readonly RouteRule[]).flatMap(
          ({ backendRefs }) => backendRefs,
        )) {
          this.#needsServicePort(resource, name, port);
        }
        return;
      case 'ServiceMonitor':
        for (const { kind: other, metadata } of this.#resources) {
          if (other !== 'Service' || !selects(spec['selector'] as LabelSelector, metadata.labels)) continue;
          for (const { port } of spec['endpoints'] as readonly { readonly port: string }[]) {
            this.#needsServicePort(resource, metadata.name, port);
          }
        }
    }
  }

  #needs(from: Resource, kind: string, name = ''): Resource | undefined {
    const found = this.#resources.find((each) => each.kind === kind && each.metadata.name === name);
    if (!found) this.#fault(from, `there is no ${kind} ${name}`);
    else if (!isThereBefore(found, from)) this.#fault(from, `${kind} ${name} is not there yet`);
    return found;
  }

  #needsKey(from: Resource, name = '', key = ''): void {
    if (this.#outside.includes(name)) return;
    const secret = this.#needs(from, 'Secret', name);
    if (secret && secret.stringData?.[key] === undefined) this.#fault(from, `there is no ${key} in Secret ${name}`);
  }

  #needsPods(from: Resource, selector: LabelSelector): MadePods | undefined {
    const selected = this.#pods.filter(({ labels }) => selects(selector, labels));
    const names = selected.map(({ owner }) => owner.metadata.name);
    if (names.join() !== from.metadata.name)
      this.#fault(from, `it selects the pods of ${names.join(' and ') || 'nobody'}`);
    return selected[0];
  }

  #needsPort(from: Resource, open: readonly string[], port: string | number): void {
    if (!open.includes(String(port))) this.#fault(from, `there is no port ${String(port)}`);
  }

  #needsServicePort(from: Resource, name: string, port: string | number): void {
    const ports = (this.#needs(from, 'Service', name)?.spec['ports'] ?? []) as readonly ServicePort[];
    if (!ports.some((each) => each.name === port || each.port === port)) {
      this.#fault(from, `there is no port ${String(port)} of Service ${name}`);
    }
  }

  /** KEDA reads the variables of the container that it scales. */
  #needsVariable(from: Resource, { name, containerName }: TriggerVariable): void {
    const pods = this.#pods.find(({ owner }) => owner.metadata.name === from.metadata.name);
    const container = pods?.spec.containers.find((each) => each.name === containerName);
    const settings = (container?.envFrom ?? []).flatMap(({ configMapRef }) =>
      Object.keys(this.#needs(from, 'ConfigMap', configMapRef?.name)?.data ?? {}),
    );
    const given = [...(container?.env ?? []).map((each) => each.name), ...settings];
    if (!given.includes(name)) this.#fault(from, `there is no ${name} in container ${containerName}`);
  }

  #fault({ kind, metadata }: Resource, text: string): void {
    this.faults.push(`${kind} ${metadata.name}: ${text}`);
  }
}

/** Hooks are made by their weight; those before an installation see nothing of it, and nothing of a release may need a hook, which is deleted. */
function isThereBefore(needed: Resource, by: Resource): boolean {
  const hook = (each: Resource): string | undefined => each.metadata.annotations?.['helm.sh/hook'];
  const weight = (each: Resource): number => Number(each.metadata.annotations?.['helm.sh/hook-weight'] ?? 0);
  if (hook(needed) === undefined) return hook(by) === undefined || hook(by) === 'test';
  return hook(needed) === hook(by) && weight(needed) < weight(by);
}
