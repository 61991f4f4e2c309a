/** Someone who may own partitions; `gained` is called when one becomes free. */
export interface PartitionOwner {
  readonly group: string;
  readonly topics: readonly string[];
  gained(): void;
}

/**
 * Who reads which partition, for each group: one owner at a time. The queue lives in one process, so the members of a group
 * do too: the first owns what it asks for, later ones stand by and take over what it releases.
 */
export class PartitionOwners {
  readonly #owners = new Map<string, PartitionOwner>();
  readonly #members = new Set<PartitionOwner>();

  join(member: PartitionOwner): void {
    this.#members.add(member);
  }

  /** Whether the member owns the partition now; takes it when it is free. */
  claim(member: PartitionOwner, no: number): boolean {
    const key = `${no}/${member.group}`;
    const owner = this.#owners.get(key);
    if (owner === undefined) this.#owners.set(key, member);
    return owner === undefined || owner === member;
  }

  /** Gives back everything and tells the others of the group. */
  leave(member: PartitionOwner): void {
    this.#members.delete(member);
    for (const [key, owner] of this.#owners) if (owner === member) this.#owners.delete(key);
    for (const other of this.#members) if (other.group === member.group) other.gained();
  }
}
