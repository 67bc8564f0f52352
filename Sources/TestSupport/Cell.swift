// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A place for one value that is set by one task and read by another.
package final class Cell<Value: Sendable>: Sendable {
    private let content: Mutex<Value?>

    package init(_ value: Value? = nil) { content = Mutex(value) }

    package var value: Value? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}
