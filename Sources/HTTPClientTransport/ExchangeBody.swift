// SPDX-License-Identifier: Apache-2.0
import HTTPTransport

/// The reader's end of an exchange; dropping it cuts the exchange.
final class ExchangeBody: HTTPBody {
    private let exchange: Exchange

    init(_ exchange: Exchange) { self.exchange = exchange }

    deinit { exchange.abandon() }

    func next() async throws(TransportError) -> [UInt8]? { try await exchange.next() }
}
