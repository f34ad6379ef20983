/* SPDX-License-Identifier: BSD-3-Clause */
/* How scores depend on the features of one sample. */
#include "core/memory.h"
#include "learn/head.h"
#include "learn/pass.h"

#include <string.h>

/* Through a network: `inputs` [N_0] to its gradient [N_0]. */
static ond_status network_derive(const ond_network *network, const float *inputs, const float *slope, float *gradient)
{
    ond_pass *pass = NULL;
    OND_TRY(ond_pass_create(network, 1, &pass));
    ond_pass_forward(pass, inputs, 1);
    ond_pass_backward(pass, slope, NULL, gradient);
    ond_pass_destroy(pass);
    return OND_OK;
}

/* Σ_j s_j exp(−γ ‖z − c_j‖²) has the gradient −2 γ Σ_j s_j k_j (z − c_j). */
static ond_status kernel_derive(const ond_head *head, const float *z, const float *slope, float *gradient)
{
    size_t n = head->prepare->outputs, m = head->center_count;
    float *values = ond_memory_allocate(m, sizeof *values), *shares = ond_memory_allocate(m, sizeof *shares);
    double *sums = ond_memory_allocate_zero(n, sizeof *sums);
    ond_status status = values && shares && sums ? ond_kernel_rows(head, z, 1, values) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = network_derive(head->network, values, slope, shares);
    }
    for (size_t j = 0; status == OND_OK && j < m; j++) {
        double factor = -2 * head->gamma * (double)shares[j] * (double)values[j];
        for (size_t i = 0; i < n; i++) {
            sums[i] += factor * (double)(z[i] - head->centers[j * n + i]);
        }
    }
    for (size_t i = 0; status == OND_OK && i < n; i++) {
        gradient[i] = (float)sums[i];
    }
    ond_memory_free(values);
    ond_memory_free(shares);
    ond_memory_free(sums);
    return status;
}

/* −‖r‖² + ‖Vᵀ r‖² has the gradient −2 (r − V Vᵀ r). */
static ond_status affine_derive(const ond_head *head, const float *z, const float *slope, float *gradient)
{
    size_t n = head->prepare->outputs, d = (size_t)head->dimensions;
    double *rest = ond_memory_allocate(n, sizeof *rest);
    if (!rest) {
        return OND_ERROR_MEMORY;
    }
    memset(gradient, 0, n * sizeof *gradient);
    for (size_t class = 0; class < head->classes; class ++) {
        const float *mean = head->means + class * n;
        for (size_t i = 0; i < n; i++) {
            rest[i] = (double)(z[i] - mean[i]);
        }
        for (size_t k = 0; k < d; k++) { /* orthonormal: one after the other */
            const float *direction = head->directions + (class * d + k) * n;
            double along = 0;
            for (size_t i = 0; i < n; i++) {
                along += (double)direction[i] * rest[i];
            }
            for (size_t i = 0; i < n; i++) {
                rest[i] -= along * (double)direction[i];
            }
        }
        for (size_t i = 0; i < n; i++) {
            gradient[i] -= (float)(2 * (double)slope[class] * rest[i] / head->prepare->spread);
        }
    }
    ond_memory_free(rest);
    return OND_OK;
}

ond_status ond_head_derive(const ond_head *head, const float *x, const float *slope, float *gradient)
{
    const ond_prepare *p = head->prepare;
    ond_rows rows = {x, p->inputs, NULL, 1};
    float *z = ond_memory_allocate(p->outputs, sizeof *z), *z_gradient = ond_memory_allocate(p->outputs, sizeof *z);
    ond_status status = z && z_gradient ? ond_prepare_apply(p, &rows, z) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = head->config.kind == OND_HEAD_KERNEL   ? kernel_derive(head, z, slope, z_gradient)
                 : head->config.kind == OND_HEAD_AFFINE ? affine_derive(head, z, slope, z_gradient)
                                                        : network_derive(head->network, z, slope, z_gradient);
    }
    if (status == OND_OK) {
        ond_prepare_derive(p, x, z_gradient, gradient);
    }
    ond_memory_free(z);
    ond_memory_free(z_gradient);
    return status;
}
