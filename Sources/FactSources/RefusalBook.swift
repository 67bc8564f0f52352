// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import OCIModel
import Planning
import Synchronization

/// Remembers which accounts a registry refused, so that these are not shown to it again soon, and others at once.
///
/// Whether a Secret has changed can only be seen by reading it, which costs the registry nothing.
final class RefusalBook: Sendable {
    private struct Refusal: Sendable {
        var credentials: [RegistryCredential]
        var failure: FactFailure
        var refusedAt: Instant
    }

    /// When the Secrets are read again: as soon as what was read of them before serves no more.
    static let lookAgain = SecretReader.freshness + .seconds(1)
    /// When accounts that were refused are tried again; they may have been given rights.
    static let patience = Duration.seconds(900)
    static let limit = 10_000

    private let entries = Mutex<[AnyQuestion: Refusal]>([:])

    /// Why these accounts need not be tried; nil where they may be welcome.
    func failure(of question: AnyQuestion, as credentials: [RegistryCredential], now: Instant) -> FactFailure? {
        entries.withLock { entries in
            guard let known = entries[question] else { return nil }
            if known.credentials == credentials, now - known.refusedAt < Self.patience { return known.failure }
            entries[question] = nil
            return nil
        }
    }

    /// Accounts were refused. The failure comes back as it is to be told.
    func note(
        _ failure: FactFailure, of question: AnyQuestion, as credentials: [RegistryCredential], now: Instant
    ) -> FactFailure {
        var failure = failure
        failure.retryAfter = Self.lookAgain
        entries.withLock { entries in
            if entries.count >= Self.limit { entries = entries.filter { now - $0.value.refusedAt < Self.patience } }
            if entries.count >= Self.limit { entries = [:] }
            entries[question] = Refusal(credentials: credentials, failure: failure, refusedAt: now)
        }
        return failure
    }
}
