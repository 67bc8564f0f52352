// SPDX-License-Identifier: Apache-2.0

/// Something that follows from a part of the world and costs enough to be kept: a pure function of its own members and of
/// what it reads from the world it is given. It has no clock, so nothing that depends on the time can be kept.
package protocol Derivation: Hashable, Sendable {
    associatedtype Value: Equatable & Sendable
    /// Works it out. Everything that is read from `world` is written down with the value.
    func value(in world: World) -> Value
}

/// A derived value. The same value worked out again keeps its stamp, so what is derived from it need not be worked out again.
/// What is made of several of them can have them among its members; they are compared by their stamps.
package struct Derived<Value: Equatable & Sendable>: Hashable, Sendable {
    package let value: Value
    let stamp: Stamp

    package static func == (left: Derived, right: Derived) -> Bool { left.stamp == right.stamp }
    package func hash(into hasher: inout Hasher) { hasher.combine(stamp) }
}

/// A derivation of any kind.
struct AnyDerivation: Hashable, Sendable {
    let derivation: any Derivation

    static func == (left: AnyDerivation, right: AnyDerivation) -> Bool { left.derivation.equals(right.derivation) }
    func hash(into hasher: inout Hasher) { derivation.hash(into: &hasher) }
}

extension Derivation {
    fileprivate func equals(_ other: any Derivation) -> Bool { (other as? Self) == self }
}
