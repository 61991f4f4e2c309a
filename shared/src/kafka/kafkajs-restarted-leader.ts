import { AssignerProtocol } from 'kafkajs';

/** What a member sends to join, as far as it matters here. */
export interface JoinFields {
  readonly groupId: string;
  /** Empty for a process that has just started. */
  readonly memberId: string;
  readonly groupProtocols: readonly { readonly metadata: Buffer }[];
}

/** The coordinator's answer. */
export interface JoinAnswer {
  readonly memberId: string;
  readonly leaderId: string;
}

/** A broker of kafkajs that coordinates a group. */
export interface GroupCoordinator {
  joinGroup(fields: JoinFields): Promise<JoinAnswer>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly { readonly members: readonly { readonly memberAssignment: Buffer }[] }[];
  }>;
  metadata(topics: readonly string[]): Promise<{
    readonly topicMetadata: readonly {
      readonly topic: string;
      readonly partitionMetadata: readonly { readonly partitionId: number }[];
    }[];
  }>;
}

/**
 * Joins a group as a static member, and sees to it that a leader that was away hands out the partitions that were added meanwhile.
 *
 * Partitions are shared anew when the leader joins once more, which kafkajs does when a topic has more of them than at the join before. A
 * static leader that starts again joins without that (KIP-345) and finds the new partitions there already: nobody would read them until
 * the next member comes or goes. So it joins a second time when there are some that nobody has.
 */
export async function joinAsStatic(
  coordinator: GroupCoordinator,
  fields: JoinFields,
  groupInstanceId: string,
): Promise<JoinAnswer> {
  const answer = await coordinator.joinGroup(fields);
  // By this version of the request the leader is called by the id that it had before; an id begins with that of the instance.
  const hasReturned = fields.memberId === '' && answer.leaderId !== answer.memberId;
  if (!hasReturned || !answer.leaderId.startsWith(`${groupInstanceId}-`)) return answer;
  if (await isShared(coordinator, fields)) return answer;
  return coordinator.joinGroup({ ...fields, memberId: answer.memberId });
}

/** Whether each partition of the topics is some member's. */
async function isShared(coordinator: GroupCoordinator, { groupId, groupProtocols }: JoinFields): Promise<boolean> {
  const topics = groupProtocols.flatMap(
    ({ metadata }) => AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [],
  );
  const [{ groups }, { topicMetadata }] = await Promise.all([
    coordinator.describeGroups({ groupIds: [groupId] }),
    coordinator.metadata(topics),
  ]);
  const shares = (groups[0]?.members ?? []).map(
    ({ memberAssignment }) => AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {},
  );
  return topicMetadata.every(({ topic, partitionMetadata }) => {
    const taken = new Set(shares.flatMap((share) => share[topic] ?? []));
    return partitionMetadata.every(({ partitionId }) => taken.has(partitionId));
  });
}
