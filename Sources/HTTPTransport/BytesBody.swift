// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A body that is already there, handed out in the given chunks.
package final class BytesBody: HTTPBody {
    private let chunks: Mutex<[[UInt8]]>

    package init(_ bytes: [UInt8]) { chunks = Mutex(bytes.isEmpty ? [] : [bytes]) }
    package init(chunks: [[UInt8]]) { self.chunks = Mutex(chunks.reversed()) }

    package func next() async throws(TransportError) -> [UInt8]? {
        chunks.withLock { $0.popLast() }
    }
}
