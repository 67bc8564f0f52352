// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import OCIModel
import OCIRegistry
import Planning

extension SecretReader {
    /// Asks a registry about an image as whoever the Secrets say.
    ///
    /// Accounts that it refused are left alone for a quarter of an hour; when the Secrets hold others, these are tried within
    /// half a minute.
    func answer<Answer: Sendable>(
        _ question: some FactQuestion, for image: ImageReference, in secrets: [ObjectKey],
        ask: ([RegistryCredential]) async throws(RegistryError) -> Answer
    ) async -> Result<Answer, FactFailure> {
        let credentials: [RegistryCredential]
        do throws(FactFailure) {
            credentials = try await self.credentials(for: image, in: secrets)
        } catch {
            return .failure(error)
        }
        let question = AnyQuestion(question)
        if let failure = refusals.failure(of: question, as: credentials, now: now()) { return .failure(failure) }
        do throws(RegistryError) {
            return .success(try await ask(credentials))
        } catch {
            let failure = FactFailure(error)
            guard error.reason == .unauthorized, !secrets.isEmpty else { return .failure(failure) }
            return .failure(refusals.note(failure, of: question, as: credentials, now: now()))
        }
    }
}
