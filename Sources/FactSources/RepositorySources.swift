// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Facts
import OCIModel
import OCIRegistry
import Planning

/// Asks a registry for the tags of a repository.
package struct RepositoryTagsSource: FactSource {
    private let registries: RegistryClient
    private let secrets: SecretReader
    private let checked: @Sendable () -> Void

    /// - Parameter checked: told of every answer.
    package init(registries: RegistryClient, secrets: SecretReader, checked: @escaping @Sendable () -> Void = {}) {
        self.registries = registries
        self.secrets = secrets
        self.checked = checked
    }

    package func ask(_ question: RepositoryTags) async -> Result<RepositoryTags.Answer, FactFailure> {
        await secrets.answer(question, for: question.image, in: question.secrets) {
            (credentials) async throws(RegistryError) in
            let list = try await registries.tags(
                of: question.repository, on: question.registry, credentials: credentials)
            checked()
            return RepositoryTags.Answer(tags: list.tags, cut: list.cut)
        }
    }
}

/// Fetches a manifest or index by its digest.
package struct ImageContentSource: FactSource {
    private let registries: RegistryClient
    private let secrets: SecretReader

    package init(registries: RegistryClient, secrets: SecretReader) {
        self.registries = registries
        self.secrets = secrets
    }

    package func ask(_ question: ImageContent) async -> Result<ImageContent.Answer, FactFailure> {
        await secrets.answer(question, for: question.reference, in: question.secrets) {
            (credentials) async throws(RegistryError) in
            let found = try await registries.manifest(of: question.reference, credentials: credentials)
            return ImageContent.Answer(found.document)
        }
    }
}
