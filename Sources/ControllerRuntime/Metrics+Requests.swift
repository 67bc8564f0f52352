// SPDX-License-Identifier: Apache-2.0
import Exposition
import KubernetesClient

extension Metrics {
    /// Counts one exchange with the API server; code 0 means that there was no answer.
    package func count(_ request: APIRequest, code: Int) {
        add(to: MetricCatalog.requests, request.verb, String(code))
    }
}
