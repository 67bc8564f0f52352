// SPDX-License-Identifier: Apache-2.0

/// A transport with connections to close.
package protocol ClosableTransport: HTTPTransport {
    /// Cuts what is under way and closes the connections; afterwards every request is refused.
    func shutdown() async
}
