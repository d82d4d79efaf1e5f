/** Something that can take requests and has a share of them. */
export interface SplitMember {
  /** Percent of traffic; 0 takes none. */
  weight: number;
  healthy: boolean;
}

/** Chooses who takes the next request. */
export interface TrafficSplit<Member extends SplitMember> {
  /** Undefined when nobody is left. `except` are those that have refused this request already. */
  next(members: readonly Member[], except?: ReadonlySet<Member>): Member | undefined;
}

/**
 * Smooth weighted round-robin, as nginx does it: any run of requests has each member's share to within one request,
 * spread evenly. Unhealthy members are passed over while a healthy one has a share.
 */
export function trafficSplit<Member extends SplitMember>(): TrafficSplit<Member> {
  const credit = new WeakMap<Member, number>();
  return {
    next: (members, except) => {
      const open = members.filter((member) => member.weight > 0 && except?.has(member) !== true);
      const healthy = open.filter((member) => member.healthy);
      const candidates = healthy.length > 0 ? healthy : open;
      const total = candidates.reduce((sum, member) => sum + member.weight, 0);
      let chosen: Member | undefined;
      for (const member of candidates) {
        credit.set(member, (credit.get(member) ?? 0) + member.weight);
        if (chosen === undefined || (credit.get(member) ?? 0) > (credit.get(chosen) ?? 0)) chosen = member;
      }
      if (chosen !== undefined) credit.set(chosen, (credit.get(chosen) ?? 0) - total);
      return chosen;
    },
  };
}
