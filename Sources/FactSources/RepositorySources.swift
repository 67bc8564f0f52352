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
        let credentials: [RegistryCredential]
        do throws(FactFailure) {
            credentials = try await secrets.credentials(for: question.image, in: question.secrets)
        } catch {
            return .failure(error)
        }
        do throws(RegistryError) {
            let list = try await registries.tags(
                of: question.repository, on: question.registry, credentials: credentials)
            checked()
            return .success(RepositoryTags.Answer(tags: list.tags, cut: list.cut))
        } catch {
            return .failure(FactFailure(error))
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
        let credentials: [RegistryCredential]
        do throws(FactFailure) {
            credentials = try await secrets.credentials(for: question.reference, in: question.secrets)
        } catch {
            return .failure(error)
        }
        do throws(RegistryError) {
            let found = try await registries.manifest(of: question.reference, credentials: credentials)
            return .success(ImageContent.Answer(found.document))
        } catch {
            return .failure(FactFailure(error))
        }
    }
}
