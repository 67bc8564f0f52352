// SPDX-License-Identifier: Apache-2.0
import Essentials
import Synchronization

/// The bearer token as it is now. A file is read again every minute with 10 s in hand, as client-go does; while it
/// cannot be read, the last good token serves.
package final class TokenSource: Sendable {
    private struct State {
        var token: Redacted<String>?
        var readAt: Instant?
    }

    private static let lifetime: Duration = .seconds(50)

    private let origin: ClusterCredentials.Token
    private let now: @Sendable () -> Instant
    private let read: FileReading
    private let state = Mutex(State())

    package init(
        _ origin: ClusterCredentials.Token, now: @escaping @Sendable () -> Instant, read: @escaping FileReading
    ) {
        self.origin = origin
        self.now = now
        self.read = read
    }

    /// The token to send; an error only when none has ever been read.
    package func current() throws(CredentialsError) -> Redacted<String> {
        guard case .file(let path, let fallback) = origin else { return fixed }
        let now = now()
        let cached = state.withLock { state in
            state.readAt.flatMap { now - $0 < Self.lifetime ? state.token : nil }
        }
        if let cached { return cached }
        do throws(CredentialsError) {
            let text = trimmed(String(decoding: try read(path), as: UTF8.self))
            guard !text.isEmpty else { throw CredentialsError(file: path, problem: "the token is empty") }
            let token = Redacted(text)
            state.withLock { $0 = State(token: token, readAt: now) }
            return token
        } catch {
            guard let last = state.withLock({ $0.token }) ?? fallback else { throw error }
            return last
        }
    }

    /// The server did not accept what was sent at `instant`: read again what is older than that.
    package func reject(sentAt instant: Instant) {
        state.withLock { state in
            guard let readAt = state.readAt, readAt <= instant else { return }
            state.readAt = nil
        }
    }

    private var fixed: Redacted<String> {
        switch origin {
        case .fixed(let token): token
        case .file: Redacted("")
        }
    }
}
