// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Facts
import KubernetesClient
import KubernetesModel
import Planning
import VEX

/// Reads the VEX documents in one ConfigMap. Of what cannot be read only the place is told.
package struct VEXDocumentsSource: FactSource {
    private let client: KubernetesClient

    package init(client: KubernetesClient) { self.client = client }

    package func ask(_ question: VEXDocuments) async -> Result<VEXDocuments.Answer, FactFailure> {
        do throws(APIError) {
            let found = try await client.get(ConfigMap.self, question.configMap)
            return .success(.documents(found.data.mapValues(Self.read)))
        } catch {
            switch error.status?.code {
            case 404: return .success(.missing)
            case 403: return .failure(FactFailure(reason: "Forbidden", message: error.description))
            case 429:
                return .failure(
                    FactFailure(
                        reason: "RateLimited", message: error.description, isShared: true,
                        retryAfter: error.status?.retryAfterSeconds.map { .seconds($0) }))
            default: return .failure(FactFailure(reason: "Unreachable", message: error.description))
            }
        }
    }

    private static func read(_ text: String) -> VEXDocuments.Document {
        do throws(VEXError) { return .read(try VEXDocument(parsing: Array(text.utf8))) } catch {
            return .unreadable(error)
        }
    }
}
