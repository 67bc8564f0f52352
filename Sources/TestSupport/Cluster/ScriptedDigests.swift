// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Facts
import OCIModel
import Planning
import Synchronization

/// Registries as a test says they are: what digest each tag has.
package final class ScriptedDigests<Question: DigestQuestion>: FactSource {
    private let digests: Mutex<[String: String]>

    /// - Parameter digests: by the reference in full (`docker.io/library/nginx:1`).
    package init(_ digests: [String: String] = [:]) { self.digests = Mutex(digests) }

    package func set(_ reference: String, _ digest: String?) { digests.withLock { $0[reference] = digest } }

    package func ask(_ question: Question) async -> Result<Digest, FactFailure> {
        let text = digests.withLock { $0[question.reference.description] }
        guard let digest = text.flatMap({ Digest($0) }) else {
            return .failure(FactFailure(reason: "ImageNotFound", message: "no such tag", isFinal: true))
        }
        return .success(digest)
    }
}
