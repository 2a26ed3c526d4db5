// A seeded generator (mulberry32), so that a failing session is found again by its number.
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
    this.state = this.next() * 4294967296; // neighbouring seeds should not begin alike
  }

  /** A number in [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [from, to]. */
  between(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  choose(values) {
    return values[this.between(0, values.length - 1)];
  }

  bytes(count) {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; ++at) bytes[at] = this.next() * 256;
    return bytes;
  }
}
