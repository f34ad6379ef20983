/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_FEATURES_CSC_H
#define OND_CLI_FEATURES_CSC_H

#include "cli/features.h"
#include "cli/sparse.h"

/* features --transform csc: the codes of all images. */
exit_status write_code_features(const features_request *request, const input_list *inputs);

#endif
