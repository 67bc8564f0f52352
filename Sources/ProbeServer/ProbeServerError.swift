// SPDX-License-Identifier: Apache-2.0

/// Why a server could not listen.
package enum ProbeServerError: Error, Equatable, Sendable, CustomStringConvertible {
    case badAddress(String)
    case cannotListen(purpose: String, address: String, reason: String)

    package var description: String {
        switch self {
        case .badAddress(let text):
            let shown = text.unicodeScalars.prefix(64).map { $0.escaped(asASCII: false) }.joined()
            return "`\(shown)` is no address to listen on; write `:8080` or `127.0.0.1:8080`"
        case .cannotListen(let purpose, let address, let reason):
            return "cannot listen on \(address) for \(purpose): \(reason); choose another address with --\(purpose)"
        }
    }
}
