// SPDX-License-Identifier: Apache-2.0

/// How one value stands to another.
enum Ordering: Sendable {
    case less
    case same
    case greater

    init<Value: Comparable>(_ left: Value, _ right: Value) {
        self = left < right ? .less : right < left ? .greater : .same
    }

    /// Byte by byte; what is longer comes after what it begins with.
    init(bytes left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) {
        self =
            left.lexicographicallyPrecedes(right) ? .less : right.lexicographicallyPrecedes(left) ? .greater : .same
    }

    /// What decides where this does not.
    func then(_ next: @autoclosure () -> Ordering) -> Ordering { self == .same ? next() : self }
}
