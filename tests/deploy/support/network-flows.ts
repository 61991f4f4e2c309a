import type { Resource } from './helm-chart.ts';
import { type LabelSelector, selects } from './label-selector.ts';

/** One end of a connection: a pod. */
export interface End {
  readonly namespace: string;
  /** Besides `kubernetes.io/metadata.name`, which every namespace has. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports with names. */
  readonly ports?: Readonly<Record<string, number>>;
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
}

interface Rule {
  readonly ports?: readonly { readonly port: number | string; readonly protocol?: string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

interface Policy {
  readonly podSelector: LabelSelector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/**
 * Whether the network policies among the resources let a connection through, as Kubernetes has it: a pod that no policy of a direction selects
 * is open in it; else one rule of one policy must take the connection, at both ends.
 */
export function isLetThrough(
  resources: readonly Resource[],
  from: End,
  to: End,
  port: number,
  protocol = 'TCP',
): boolean {
  const isOpen = (direction: 'Ingress' | 'Egress', here: End, there: End): boolean => {
    const policies = resources.flatMap(({ kind, metadata, spec }) => {
      if (kind !== 'NetworkPolicy' || metadata.namespace !== here.namespace) return [];
      const policy = spec as unknown as Policy;
      const isOfIt = policy.policyTypes.includes(direction) && selects(policy.podSelector, here.labels);
      return isOfIt ? [policy] : [];
    });
    if (policies.length === 0) return true;
    const rules = policies.flatMap(({ ingress = [], egress = [] }) => (direction === 'Ingress' ? ingress : egress));
    return rules.some((rule) => {
      const peers = direction === 'Ingress' ? rule.from : rule.to;
      const isPort = rule.ports?.some(
        (each) => (each.protocol ?? 'TCP') === protocol && (to.ports?.[each.port] ?? each.port) === port,
      );
      return (isPort ?? true) && (peers?.some((peer) => isPeer(peer, there, here.namespace)) ?? true);
    });
  };
  return isOpen('Egress', from, to) && isOpen('Ingress', to, from);
}

function isPeer({ podSelector, namespaceSelector }: Peer, end: End, namespace: string): boolean {
  if (podSelector === undefined && namespaceSelector === undefined) throw new Error('no selector: not known here');
  const labels = { ...end.namespaceLabels, 'kubernetes.io/metadata.name': end.namespace };
  const isNamespace = namespaceSelector ? selects(namespaceSelector, labels) : end.namespace === namespace;
  return isNamespace && selects(podSelector ?? {}, end.labels);
}
