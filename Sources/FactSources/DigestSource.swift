// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Facts
import HTTPTransport
import OCIModel
import OCIRegistry
import Planning

/// Asks a registry which digest a reference has.
package struct DigestSource<Question: DigestQuestion>: FactSource {
    private let registries: RegistryClient
    private let secrets: SecretReader
    private let checked: @Sendable () -> Void

    /// - Parameters:
    ///   - registries: shared by all sources, and with it tokens and budgets.
    ///   - secrets: shared as well.
    ///   - checked: told of every answer.
    package init(
        of _: Question.Type, registries: RegistryClient, secrets: SecretReader,
        checked: @escaping @Sendable () -> Void = {}
    ) {
        self.registries = registries
        self.secrets = secrets
        self.checked = checked
    }

    package func ask(_ question: Question) async -> Result<Digest, FactFailure> {
        await secrets.answer(question, for: question.reference, in: question.secrets) {
            (credentials) async throws(RegistryError) in
            let digest = try await registries.digest(of: question.reference, credentials: credentials)
            checked()
            return digest
        }
    }
}

extension FactFailure {
    /// In the words of a fact: what concerns all questions of the registry, and what asking again cannot help.
    ///
    /// How long a registry wants us to wait is not in the message: that is another time with each try, and a status that says
    /// so would be written again and again.
    init(_ error: RegistryError) {
        var error = error
        let reason = error.reason
        if case .rateLimited = reason { error.reason = .rateLimited(retryAfter: nil) }
        self =
            switch reason {
            case .notFound: FactFailure(reason: "ImageNotFound", message: error.description, isFinal: true)
            case .unauthorized: FactFailure(reason: "Unauthorized", message: error.description, isFinal: true)
            case .rateLimited(let wait):
                FactFailure(reason: "RateLimited", message: error.description, isShared: true, retryAfter: wait)
            case .unreachable: FactFailure(reason: "RegistryUnreachable", message: error.description, isShared: true)
            case .invalid: FactFailure(reason: "RegistryAnswerInvalid", message: error.description)
            }
    }
}
