// SPDX-License-Identifier: Apache-2.0

/// A value that no log, error or dump shows: every description of it is `***`.
package struct Redacted<Value: Sendable>: Sendable {
    /// The secret itself; name it only where it is used.
    package let exposed: Value

    package init(_ value: Value) { exposed = value }
}

extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
