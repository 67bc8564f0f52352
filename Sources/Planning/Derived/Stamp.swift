// SPDX-License-Identifier: Apache-2.0

/// Marks one content: what bears the same stamp is the same. Every change brings a new one, which nothing else ever bears;
/// whoever keeps a stamp to compare it later keeps it from being used again.
package final class Stamp: Hashable, Sendable {
    package init() {}

    /// What everything empty bears.
    static let nothing = Stamp()

    package static func == (left: Stamp, right: Stamp) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A snapshot of whatever kind, as far as stamps go.
protocol StampedParts: Sendable {
    /// Of all of it.
    var stamp: Stamp { get }
    /// Of one part: a namespace, or one object of a kind that has none.
    func stamp(of part: String) -> Stamp
}
