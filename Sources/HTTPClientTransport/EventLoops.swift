// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// The threads that all sockets of the program share; few, because each costs memory at rest.
package final class EventLoops: Sendable {
    /// For servers that want to run on the same threads.
    package let group: any EventLoopGroup

    package init(threads: Int = 1) { group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads)) }

    /// Ends the threads; every transport and server on them must have been shut down before.
    package func shutdown() async {
        do {
            try await group.shutdownGracefully()
        } catch {
            // The group was ended before; the threads are gone, which is what was asked for.
        }
    }
}
