// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Facts
import OCIModel
import Planning
import Synchronization

/// Registries as a test says they are: which tags each repository has, or why nobody learns of them.
package final class ScriptedRepositories: FactSource {
    private let answers: Mutex<[String: Result<RepositoryTags.Answer, FactFailure>]>

    package init() { answers = Mutex([:]) }

    /// - Parameter repository: with its registry: `docker.io/library/nginx`.
    package func set(_ repository: String, _ tags: [String], cut: TagListing.Cut? = nil) {
        answers.withLock { $0[repository] = .success(.init(tags: tags, cut: cut)) }
    }

    package func fail(_ repository: String, _ failure: FactFailure) {
        answers.withLock { $0[repository] = .failure(failure) }
    }

    package func ask(_ question: RepositoryTags) async -> Result<RepositoryTags.Answer, FactFailure> {
        answers.withLock { $0["\(question.registry)/\(question.repository)"] }
            ?? .failure(FactFailure(reason: "ImageNotFound", message: "no such repository", isFinal: true))
    }
}

/// Every digest is an image for one platform, or whatever a test says.
package final class ScriptedContents: FactSource {
    private let contents: Mutex<[String: ImageContent.Answer]>

    package init() { contents = Mutex([:]) }

    package func set(_ digest: String, _ content: ImageContent.Answer) { contents.withLock { $0[digest] = content } }

    package func ask(_ question: ImageContent) async -> Result<ImageContent.Answer, FactFailure> {
        .success(contents.withLock { $0[question.reference.digest?.description ?? ""] } ?? .image)
    }
}
