// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Facts
import OCIModel
import OCIRegistry
import Planning

/// Asks a registry for the tags of a repository, anonymously.
package struct RepositoryTagsSource: FactSource {
    private let registries: RegistryClient
    private let checked: @Sendable () -> Void

    /// - Parameter checked: told of every answer.
    package init(registries: RegistryClient, checked: @escaping @Sendable () -> Void = {}) {
        self.registries = registries
        self.checked = checked
    }

    package func ask(_ question: RepositoryTags) async -> Result<RepositoryTags.Answer, FactFailure> {
        do throws(RegistryError) {
            let list = try await registries.tags(of: question.repository, on: question.registry)
            checked()
            return .success(RepositoryTags.Answer(tags: list.tags, cut: list.cut))
        } catch {
            return .failure(FactFailure(error))
        }
    }
}

/// Fetches a manifest or index by its digest, anonymously.
package struct ImageContentSource: FactSource {
    private let registries: RegistryClient

    package init(registries: RegistryClient) { self.registries = registries }

    package func ask(_ question: ImageContent) async -> Result<ImageContent.Answer, FactFailure> {
        do throws(RegistryError) {
            return .success(ImageContent.Answer(try await registries.manifest(of: question.reference).document))
        } catch {
            return .failure(FactFailure(error))
        }
    }
}
