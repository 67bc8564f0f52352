// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Facts
import KubernetesClient
import KubernetesModel
import Planning

/// Lists the Events about one object.
package struct JobEventsSource: FactSource {
    private let client: KubernetesClient
    /// Events of one object beyond this many say nothing new.
    private static let limit = 100

    package init(client: KubernetesClient) { self.client = client }

    package func ask(_ question: JobEvents) async -> Result<JobEvents.Answer, FactFailure> {
        // A uid is only ever one from the API server; anything else would change the question.
        guard question.uid.utf8.allSatisfy({ $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }) else {
            return .success(JobEvents.Answer(warning: nil))
        }
        let query = CollectionQuery(
            .coreEvents, namespace: question.namespace, fieldSelector: "involvedObject.uid=\(question.uid)")
        var events: [Event] = []
        do throws(APIError) {
            _ = try await client.listPage(Event.self, query, limit: Self.limit) { decoded in
                if let event = decoded.object { events.append(event) }
            }
        } catch {
            switch error.status?.code {
            case 403: return .failure(FactFailure(reason: "Forbidden", message: error.description, isFinal: true))
            case 429:
                return .failure(
                    FactFailure(
                        reason: "RateLimited", message: error.description, isShared: true,
                        retryAfter: error.status?.retryAfterSeconds.map { .seconds($0) }))
            // What the server does not understand it will not understand the next time either.
            case .some(400..<500):
                return .failure(FactFailure(reason: "Refused", message: error.description, isFinal: true))
            default: return .failure(FactFailure(reason: "Unreachable", message: error.description))
            }
        }
        return .success(JobEvents.Answer(events))
    }
}
