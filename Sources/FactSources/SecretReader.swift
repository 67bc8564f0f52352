// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Facts
import KubernetesClient
import KubernetesModel
import OCIModel
import Planning
import Synchronization

/// Reads pull secrets for whoever asks a registry, and finds the accounts that fit an image.
///
/// What was read serves for a moment, so that the questions of one check do not read the same Secret each. Nothing of it is
/// ever said, beside the name of a Secret that may not be read.
package final class SecretReader: Sendable {
    private enum Content: Sendable {
        case secret(Secret)
        case missing
    }

    private struct Entry: Sendable {
        var content: Content
        var readAt: Instant
    }

    private let client: KubernetesClient
    let now: @Sendable () -> Instant
    let refusals = RefusalBook()
    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// How long what was read serves.
    static let freshness = Duration.seconds(30)
    private static let forms: [(key: String, form: PullCredentials.Form)] = [
        (".dockerconfigjson", .dockerConfigJSON), (".dockercfg", .dockercfg),
    ]

    /// - Parameter now: a clock that never jumps.
    package init(client: KubernetesClient, now: @escaping @Sendable () -> Instant) {
        self.client = client
        self.now = now
    }

    /// What to try for an image, in order, before asking as nobody. A Secret that is not there, or that holds no accounts, is
    /// passed over as the kubelet does.
    package func credentials(
        for image: ImageReference, in secrets: [ObjectKey]
    ) async throws(FactFailure) -> [RegistryCredential] {
        guard !secrets.isEmpty else { return [] }
        var credentials = PullCredentials()
        for key in secrets {
            guard case .secret(let secret) = try await content(of: key) else { continue }
            for (name, form) in Self.forms {
                guard let text = secret.data[name]?.exposed, let bytes = Base64.decode(Array(text.utf8)[...]) else {
                    continue
                }
                do throws(PullCredentials.Problem) { try credentials.add(bytes, form) } catch { continue }
            }
        }
        return credentials.credentials(for: image).map {
            RegistryCredential(username: $0.username, password: $0.password)
        }
    }

    private func content(of key: ObjectKey) async throws(FactFailure) -> Content {
        let start = now()
        let known = entries.withLock { entries in
            entries = entries.filter { start - $0.value.readAt <= Self.freshness }
            return entries[key]?.content
        }
        if let known { return known }
        let content = try await read(key)
        entries.withLock { $0[key] = Entry(content: content, readAt: start) }
        return content
    }

    private func read(_ key: ObjectKey) async throws(FactFailure) -> Content {
        do throws(APIError) {
            return .secret(try await client.get(Secret.self, key))
        } catch {
            switch error.status?.code {
            case 404: return .missing
            case 403:
                // Nobody but the API server is asked again, so the right may be used soon after it is given.
                throw FactFailure(
                    reason: "SecretAccessNotGranted", message: "the operator may not read Secret \(key)",
                    isFinal: true, retryAfter: RefusalBook.lookAgain)
            default:
                throw FactFailure(reason: "SecretUnreadable", message: "Secret \(key) could not be read")
            }
        }
    }
}
