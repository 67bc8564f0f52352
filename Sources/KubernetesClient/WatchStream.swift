// SPDX-License-Identifier: Apache-2.0
import HTTPTransport

/// The events of one watch, pulled by one task; dropping it ends the watch.
package struct WatchStream: Sendable {
    private let body: any HTTPBody
    private let request: String
    private var decoder: WatchFrameDecoder
    private var hasEnded = false

    package init(body: any HTTPBody, request: String, frameLimit: Int = 16 << 20) {
        self.body = body
        self.request = request
        decoder = WatchFrameDecoder(limit: frameLimit)
    }

    /// The next event; nil when the server ended the watch, which is normal. Silence of 70 s is `timedOut`: watch again
    /// from the last version, there is no need to list.
    package mutating func next() async throws(APIError) -> WatchEvent? {
        while true {
            if let frame = decoder.next() { return WatchEvent(frame) }
            if hasEnded { return nil }
            let chunk: [UInt8]?
            do throws(TransportError) {
                chunk = try await body.next()
            } catch {
                throw .transport(error, request: request)
            }
            if let chunk {
                decoder.feed(chunk)
            } else {
                hasEnded = true
                if let frame = decoder.finish() { return WatchEvent(frame) }
            }
        }
    }
}
